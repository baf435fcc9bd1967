"""The HTTP service: two origins, one for the application, one for captured bytes and nothing else."""
