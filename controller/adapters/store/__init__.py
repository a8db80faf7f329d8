"""What must survive: SQLAlchemy Core over SQLite (WAL), or over PostgreSQL by another URL. Migrations run forwards only."""
