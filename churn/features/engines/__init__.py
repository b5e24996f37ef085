"""What adds up events: DuckDB in this process, PostgreSQL where the events lie, Spark on a cluster."""
