"""Call Lambda functions: Amazon's there, registered Python functions on the embedded SWF.

Prints `{'greeting': 'Hello Ada from greet'}`.
"""

from __future__ import annotations

from typing import Any

from swf.engine.functions import FunctionContext
from swf.flow import RetryPolicy, Workflow
from swf.testing import flow


class Greeting(Workflow):
    """The execution needs a role that may call the function."""

    lambda_role = "arn:aws:iam::123456789012:role/greeter"

    def run(self, name: str) -> Any:
        """Return what the function returned."""
        return self.call_lambda("greet", {"name": name}, timeout=30, retry=RetryPolicy()).result


def greet(event: dict[str, str], context: FunctionContext) -> dict[str, str]:
    """Return a greeting."""
    return {"greeting": f"Hello {event['name']} from {context.function_name}"}


def main() -> None:
    """Run it."""
    with flow() as stage:
        stage.engine.functions.register("greet", greet)
        print(stage.run(Greeting, "Ada"))


if __name__ == "__main__":
    main()
