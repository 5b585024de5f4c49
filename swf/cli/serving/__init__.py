"""What others connect to: `swf server`, `swf ui`, and the file that is behind them."""
