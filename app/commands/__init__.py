"""What operators can do beside the API; app/cli.py reads their words and calls these."""
