"""Rival: HiGHS through highspy, given the model's plain arrays and nothing else."""

from typing import Any

import highspy
import numpy as np
from highspy import cb

from benchmarks.rivals.answer import Answer, Trace, assignments_of
from benchmarks.rivals.arrays import PlainModel, plain_model
from matching.problem import Problem

_TOLD_BY = (
    cb.HighsCallbackType.kCallbackMipImprovingSolution,
    cb.HighsCallbackType.kCallbackMipLogging,
    cb.HighsCallbackType.kCallbackMipInterrupt,
)


def solve_with_plain_highs(problem: Problem, trace: Trace) -> Answer:
    """Return what HiGHS finds with its default options."""
    model = plain_model(problem)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {
        "output_flag": False,
        "time_limit": problem.limits.seconds,
        "threads": problem.limits.threads,
        "random_seed": problem.limits.seed,
        "mip_rel_gap": problem.limits.gap,
    }
    for option, setting in options.items():
        highs.setOptionValue(option, setting)
    _pass(highs, model)
    build_seconds = trace.seconds

    def listen(_: Any, __: str, found: Any, ___: Any, ____: Any) -> None:
        value, bound = found.mip_primal_bound, found.mip_dual_bound
        trace.tell(
            -value if abs(value) < highspy.kHighsInf else None, -bound if abs(bound) < highspy.kHighsInf else None
        )

    highs.setCallback(listen, None)
    for kind in _TOLD_BY:
        highs.startCallback(kind)
    highs.run()
    highspy.Highs.resetGlobalScheduler(True)  # or a later run with another number of threads would fail
    info = highs.getInfo()
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    bound = -info.mip_dual_bound if abs(info.mip_dual_bound) < highspy.kHighsInf else None
    value = -info.objective_function_value if has_plan else None
    trace.tell(value, bound)
    chosen = np.flatnonzero(np.array(highs.getSolution().col_value)[: model.pairs] > 0.5) if has_plan else None
    return Answer(
        assignments=None if chosen is None else assignments_of(problem, chosen.tolist()),
        value=value,
        bound=bound,
        status=highs.modelStatusToString(highs.getModelStatus()),
        build_seconds=build_seconds,
    )


def _pass(highs: highspy.Highs, model: PlainModel) -> None:
    highs.passModel(
        len(model.value),
        len(model.high),
        len(model.amount),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        -model.value,
        model.lower,
        model.upper,
        np.maximum(model.low, -highspy.kHighsInf),
        np.minimum(model.high, highspy.kHighsInf),
        model.start.astype(np.int32),
        model.index.astype(np.int32),
        model.amount,
        model.is_whole.astype(np.int32),
    )
