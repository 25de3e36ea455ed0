"""Documents in, a durable and searchable index on disk."""
