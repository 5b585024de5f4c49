"""Start timers, cancel them, and tell the time as the history has it.

Prints `reminded 2 times in 48 hours` and `timer reminder was canceled`.
"""

from __future__ import annotations

from swf.flow import Local, Workflow, errors


class Reminders(Workflow):
    """Timers are SWF's own: nothing runs, and nothing is paid for, while they do."""

    def run(self) -> list[str]:
        """Return what the timers told."""
        begun = self.now()
        for _ in range(2):
            self.sleep(24 * 3600)
        told = [f"reminded 2 times in {(self.now() - begun).days * 24} hours"]
        first, second = self.start_timer(10), self.start_timer(3600, timer_id="reminder")
        _ = first.result
        second.cancel()
        try:
            _ = second.result
        except errors.TaskCanceled as error:
            told.append(str(error))
        return told


def main() -> None:
    """Run it."""
    print(*Local(virtual_time=True).run(Reminders), sep="\n")


if __name__ == "__main__":
    main()
