"""DSS-P and the other standards of the field as versioned data: skills, roles, stages, themes, schemes, subsidies.

Usable alone: no database, no web. Data live in ``skill_standards/data``; ``docs/skill-standards.md`` says where each
figure comes from and how to add a version or a fiscal year.
"""

from skill_standards.burden import (
    Cost,
    YearlyBurden,
    aide_burden_over_years,
    pool_burden_over_years,
    share_burden_over_years,
    shares_of,
)
from skill_standards.compare import CarriedProfile, Comparison, carry_over, compare
from skill_standards.faults import Fault, StandardsError
from skill_standards.levels import LEVEL_OF_IMPORTANCE, role_template
from skill_standards.loader import (
    framework_versions,
    load_framework,
    load_market_rates,
    load_schemes,
    load_sources,
    load_stage_rules,
    load_stages,
    load_subsidy_rules,
    load_talent_standard,
    load_targets,
    load_themes,
    scheme_years,
    schemes_in,
)
from skill_standards.models import Confidence, Framework, Role, Skill, Source, Stage, StageRule, Target, Theme
from skill_standards.schemes import Scheme
from skill_standards.subsidy import BurdenEstimate, SubsidyRules, YearRule, aide_burden, pool_burden, share_burden

__all__ = [
    "LEVEL_OF_IMPORTANCE",
    "BurdenEstimate",
    "CarriedProfile",
    "Comparison",
    "Confidence",
    "Cost",
    "Fault",
    "Framework",
    "Role",
    "Scheme",
    "Skill",
    "Source",
    "Stage",
    "StageRule",
    "StandardsError",
    "SubsidyRules",
    "Target",
    "Theme",
    "YearRule",
    "YearlyBurden",
    "aide_burden",
    "aide_burden_over_years",
    "carry_over",
    "compare",
    "framework_versions",
    "load_framework",
    "load_market_rates",
    "load_schemes",
    "load_sources",
    "load_stage_rules",
    "load_stages",
    "load_subsidy_rules",
    "load_talent_standard",
    "load_targets",
    "load_themes",
    "pool_burden",
    "pool_burden_over_years",
    "role_template",
    "scheme_years",
    "schemes_in",
    "share_burden",
    "share_burden_over_years",
    "shares_of",
]
