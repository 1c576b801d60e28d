"""Databases with people at work, shared by the tests of privacy."""

from tests.hub.engagements import conftest as engaged

contents = engaged.contents
work, work_begun, work_done, work_reported = (
    engaged.work,
    engaged.work_begun,
    engaged.work_done,
    engaged.work_reported,
)
