"""One module for each kind of page: `routes(site)` is what it adds to the site."""
