"""What executions have done, what they wait for, who polls for it, and why they are stuck.

It is what the command line and the web page say; both read it from models alone.
"""
