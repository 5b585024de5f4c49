"""`swf workflow` and `swf activity`: executions and their tasks, looked at and acted on."""
