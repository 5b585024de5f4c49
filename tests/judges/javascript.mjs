// What a user of the AWS SDK for JavaScript does with SWF; prints "right", or fails an assertion.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.JUDGES_MODULES}/`);
const { SWF, UnknownResourceFault, WorkflowExecutionAlreadyStartedFault, paginateListWorkflowTypes } =
  require("@aws-sdk/client-swf");

const client = new SWF({ region: process.env.AWS_DEFAULT_REGION });
const domain = "javascript";
const workflowType = { name: "greet", version: "1" };
const activityType = { name: "say", version: "1" };
const deciding = { domain, taskList: { name: "decisions" } };
const working = { domain, taskList: { name: "activities" } };

await assert.rejects(client.describeDomain({ name: domain }), (error) => {
  assert(error instanceof UnknownResourceFault);
  assert.equal(error.message, `Unknown domain: ${domain}`);
  assert.equal(error.$metadata.httpStatusCode, 400);
  return true;
});

await client.registerDomain({ name: domain, workflowExecutionRetentionPeriodInDays: "1" });
await client.registerActivityType({ domain, ...activityType });
for (const version of ["1", "2", "3"]) {
  await client.registerWorkflowType({
    domain,
    name: workflowType.name,
    version,
    defaultTaskList: deciding.taskList,
    defaultTaskStartToCloseTimeout: "60",
    defaultExecutionStartToCloseTimeout: "600",
    defaultChildPolicy: "TERMINATE",
  });
}
const versions = [];
const listing = { domain, registrationStatus: "REGISTERED" };
for await (const page of paginateListWorkflowTypes({ client, pageSize: 2 }, listing)) {
  versions.push(page.typeInfos.map((each) => each.workflowType.version));
}
assert.deepEqual(versions, [["1", "2"], ["3"]]);

// Nothing to do: no token, and the two zeros.
const empty = await client.pollForDecisionTask(deciding);
assert.equal(empty.taskToken, undefined);
assert.deepEqual([empty.startedEventId, empty.previousStartedEventId], [0, 0]);

// A held poll gets the task of an execution that is started after it.
const held = client.pollForDecisionTask(deciding);
const start = { domain, workflowId: "one", workflowType, input: "Grüß Gott, 世界" };
const { runId } = await client.startWorkflowExecution(start);
await assert.rejects(client.startWorkflowExecution(start), WorkflowExecutionAlreadyStartedFault);
let decision = await held;
while (!decision.taskToken) decision = await client.pollForDecisionTask(deciding);
assert.deepEqual(decision.workflowExecution, { workflowId: "one", runId });
const { input } = decision.events[0].workflowExecutionStartedEventAttributes;
assert.equal(input, start.input);
assert(Math.abs(Date.now() - decision.events[0].eventTimestamp) < 60_000);

await client.respondDecisionTaskCompleted({
  taskToken: decision.taskToken,
  decisions: [
    {
      decisionType: "ScheduleActivityTask",
      scheduleActivityTaskDecisionAttributes: {
        activityType,
        activityId: "say-1",
        input,
        taskList: working.taskList,
        scheduleToStartTimeout: "60",
        scheduleToCloseTimeout: "60",
        startToCloseTimeout: "60",
        heartbeatTimeout: "NONE",
      },
    },
  ],
});

const work = await client.pollForActivityTask(working);
assert.equal(work.input, start.input);
const { cancelRequested } = await client.recordActivityTaskHeartbeat({ taskToken: work.taskToken });
assert.equal(cancelRequested, false);
await client.respondActivityTaskCompleted({ taskToken: work.taskToken, result: work.input });

decision = await client.pollForDecisionTask(deciding);
await client.respondDecisionTaskCompleted({
  taskToken: decision.taskToken,
  decisions: [
    {
      decisionType: "CompleteWorkflowExecution",
      completeWorkflowExecutionDecisionAttributes: { result: start.input },
    },
  ],
});

const execution = { workflowId: "one", runId };
const { executionInfo } = await client.describeWorkflowExecution({ domain, execution });
assert.equal(executionInfo.closeStatus, "COMPLETED");
const { events } = await client.getWorkflowExecutionHistory({ domain, execution });
assert.equal(events.at(-1).workflowExecutionCompletedEventAttributes.result, start.input);
client.destroy();
console.log("right");
