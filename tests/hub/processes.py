"""Processes of their own that begin at once: they are forked from one that has imported the hub, and has no threads."""

import multiprocessing

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.hub.jobs.sender", "tests.hub.killing.solver"])
