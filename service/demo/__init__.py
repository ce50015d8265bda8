"""The whole desk on one machine: servers, sample letters, the daemon's jobs, and the queue that results."""
