"""What must survive: SQLAlchemy Core over SQLite (WAL) today, PostgreSQL by another URL. Migrations run forwards only."""
