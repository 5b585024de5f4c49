"""Domains and what is in them: `swf domain`, `workflow-type`, `activity-type` and `task-list`."""
