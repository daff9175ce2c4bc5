"""Teams, people, roles, systems and sign-in: who may see and do what."""
