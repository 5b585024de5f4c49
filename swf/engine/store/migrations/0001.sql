-- The tables of an embedded SWF. Times are milliseconds since the epoch, durations and payloads as
-- the wire spells them. `run` numbers the executions and is never used twice.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE domain (
    name        TEXT PRIMARY KEY,
    description TEXT,
    retention   TEXT NOT NULL,              -- workflowExecutionRetentionPeriodInDays
    created_at  INTEGER NOT NULL,
    deprecated_at INTEGER
) WITHOUT ROWID, STRICT;

CREATE INDEX registered_domain ON domain (name) WHERE deprecated_at IS NULL;
CREATE INDEX deprecated_domain ON domain (name) WHERE deprecated_at IS NOT NULL;

CREATE TABLE domain_tag (
    domain TEXT NOT NULL,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (domain, key)
) WITHOUT ROWID, STRICT;

CREATE TABLE registered_type (
    domain  TEXT NOT NULL,
    kind    TEXT NOT NULL,                  -- WorkflowType or ActivityType
    name    TEXT NOT NULL,
    version TEXT NOT NULL,
    description TEXT,
    defaults    TEXT NOT NULL,              -- JSON, `configuration` of the Describe operations
    created_at  INTEGER NOT NULL,
    deprecated_at INTEGER,                  -- its own; the domain's deprecation counts beside it
    PRIMARY KEY (domain, kind, name, version)
) WITHOUT ROWID, STRICT;

CREATE INDEX current_type ON registered_type (domain, kind, name, version)
    WHERE deprecated_at IS NULL;
CREATE INDEX deprecated_type ON registered_type (domain, kind, name, version)
    WHERE deprecated_at IS NOT NULL;

CREATE TABLE execution (
    run         INTEGER PRIMARY KEY AUTOINCREMENT,
    domain      TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    run_id      TEXT NOT NULL,
    type_name    TEXT NOT NULL,
    type_version TEXT NOT NULL,
    task_list   TEXT NOT NULL,
    task_start_to_close      TEXT NOT NULL,
    execution_start_to_close TEXT NOT NULL,
    child_policy  TEXT NOT NULL,
    task_priority TEXT,
    lambda_role   TEXT,
    tag_list      TEXT,                     -- JSON
    parent        TEXT,                     -- JSON: workflow id, run id, initiated event id
    started_at  INTEGER NOT NULL,
    closed_at   INTEGER,
    close_status TEXT,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    -- its course: every change of the execution rewrites these
    last_event_id INTEGER NOT NULL DEFAULT 0,
    last_event_at INTEGER NOT NULL DEFAULT 0,
    latest_activity_at INTEGER,
    execution_context  TEXT,
    override           TEXT,
    override_schedule_to_start TEXT,
    answered_started_id INTEGER NOT NULL DEFAULT 0,
    last_started_id     INTEGER NOT NULL DEFAULT 0,
    previous_started_id INTEGER NOT NULL DEFAULT 0,
    open_counts TEXT NOT NULL DEFAULT '{}', -- JSON: kind -> how many
    quarantined TEXT                        -- why no call may touch it any more
) STRICT;

-- What is quarantined is in none of these, so that counts and lists read no row to pass over it.
-- Where a list asks for less than an index tells apart (every close status, every version), it
-- merges what the index has under each: that costs a page little, and an index costs every close.
-- `run`, by which a page goes on among executions of one millisecond, is the last column of each
-- by nature; named as a column it would not bound the search.
CREATE UNIQUE INDEX execution_of_workflow_id ON execution (domain, workflow_id)
    WHERE close_status IS NULL AND quarantined IS NULL;
CREATE UNIQUE INDEX execution_by_run_id ON execution (domain, workflow_id, run_id);

CREATE INDEX open_by_start ON execution (domain, started_at)
    WHERE close_status IS NULL AND quarantined IS NULL;
CREATE INDEX open_by_type ON execution (domain, type_name, type_version, started_at)
    WHERE close_status IS NULL AND quarantined IS NULL;
CREATE INDEX closed_by_status_start ON execution (domain, close_status, started_at)
    WHERE close_status IS NOT NULL AND quarantined IS NULL;
CREATE INDEX closed_by_status_close ON execution (domain, close_status, closed_at)
    WHERE close_status IS NOT NULL AND quarantined IS NULL;
CREATE INDEX closed_by_type_start ON execution (domain, type_name, type_version, started_at)
    WHERE close_status IS NOT NULL AND quarantined IS NULL;
CREATE INDEX closed_by_type_close ON execution (domain, type_name, type_version, closed_at)
    WHERE close_status IS NOT NULL AND quarantined IS NULL;
CREATE INDEX closed_by_workflow_id_start ON execution (domain, workflow_id, started_at)
    WHERE close_status IS NOT NULL AND quarantined IS NULL;
CREATE INDEX closed_by_workflow_id_close ON execution (domain, workflow_id, closed_at)
    WHERE close_status IS NOT NULL AND quarantined IS NULL;

CREATE TABLE execution_tag (                -- what tagFilter looks up; repeats the execution's times
    -- first what is the key: SQLite 3.40 takes other columns for NULL when it checks such a table
    run        INTEGER NOT NULL,
    tag        TEXT NOT NULL,
    domain     TEXT NOT NULL,
    closed     INTEGER NOT NULL,            -- 0 or 1
    started_at INTEGER NOT NULL,
    closed_at  INTEGER,
    PRIMARY KEY (run, tag)
) WITHOUT ROWID, STRICT;

CREATE INDEX tag_by_start ON execution_tag (domain, tag, closed, started_at, run);
CREATE INDEX tag_by_close ON execution_tag (domain, tag, closed_at, run) WHERE closed = 1;

CREATE TABLE event (
    run  INTEGER NOT NULL,
    id   INTEGER NOT NULL,
    type TEXT NOT NULL,
    at   INTEGER NOT NULL,
    attributes TEXT NOT NULL,               -- JSON of the member named after the type
    checksum   INTEGER NOT NULL,            -- CRC-32 of all the above
    PRIMARY KEY (run, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE entity (                       -- what is open in an execution
    run       INTEGER NOT NULL,
    event_id  INTEGER NOT NULL,             -- the event that opened it
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    domain    TEXT NOT NULL,
    task_list TEXT,
    priority  INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    waiting   INTEGER NOT NULL,             -- 1: may be handed out now
    started_id INTEGER NOT NULL,
    inside    INTEGER NOT NULL,             -- 1: held by a poller within the owner's process
    due       INTEGER,                      -- the earliest of the deadlines
    deadlines TEXT NOT NULL,                -- JSON: time-out type -> moment
    facts     TEXT NOT NULL,                -- JSON: what its kind adds
    PRIMARY KEY (run, event_id)
) WITHOUT ROWID, STRICT;

CREATE INDEX line ON entity (domain, task_list, kind, priority DESC, seq) WHERE waiting = 1;
CREATE INDEX held_back ON entity (domain, task_list, kind)     -- tasks that wait for another to end
    WHERE waiting = 0 AND started_id = 0 AND task_list IS NOT NULL;
CREATE INDEX deadline ON entity (due, kind) WHERE due IS NOT NULL;
CREATE INDEX held_inside ON entity (run) WHERE inside = 1;
CREATE INDEX held_outside ON entity (run) WHERE started_id > 0 AND inside = 0 AND due IS NOT NULL;
CREATE INDEX open_function ON entity (run) WHERE kind = 'lambda_function';

CREATE TABLE purge (                        -- closed executions, by when they are to be forgotten
    due INTEGER NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (due, run)
) WITHOUT ROWID, STRICT;
