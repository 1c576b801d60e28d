"""The pages' routes: thin, they call a workflow and hand what it returns to a template."""
