"""Single sign-on: people come from the organisation's identity provider by OpenID Connect."""
