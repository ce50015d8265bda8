"""Where letters come in: the wire (sources, poller) and the pure reading of their bytes (parse and its judges)."""
