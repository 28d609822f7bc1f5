"""People and history in SQL: SQLite by default, PostgreSQL by URL, from one schema."""
