"""The typed verbs, one file a subject; `acd.routing.router.Router` has them all."""
