"""Web users, phones (app users), roles and verbs, sessions and tokens, the audit log."""
