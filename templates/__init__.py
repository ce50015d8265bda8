"""The words we send: canned replies, fixed letters, the facts behind them and the channels they name. Data only."""
