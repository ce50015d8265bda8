"""Where everything is wired: settings, the daemon, the command line, the demo."""
