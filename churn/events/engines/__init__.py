"""What adds events up: DuckDB, PostgreSQL or Spark behind one small protocol, chosen by URL."""
