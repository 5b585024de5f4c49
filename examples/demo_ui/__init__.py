"""A small shop to look at in the browser: what it runs, what has happened there, and its pages."""
