from skill_standards import load_framework, load_stage_rules, load_stages, load_themes

STAGES = load_stages()


def test_there_are_eight_stages_in_order_with_fixed_ids():
    assert [(stage.no, stage.id) for stage in STAGES] == list(
        enumerate(
            [
                "building_momentum",
                "identifying_issues",
                "business_model_planning",
                "product_planning",
                "development",
                "operation_maintenance",
                "ux_operation",
                "use",
            ],
            start=1,
        )
    )


def test_x_leads_the_stages_of_change_and_d_those_of_the_product():
    assert [stage.lead for stage in STAGES] == ["X", "X", "X", "D", "D", "D", "X", None]


def test_advice_says_what_to_grow_and_what_to_share_with_the_reports_lines():
    by_id = {stage.id: stage for stage in STAGES}
    assert by_id["ux_operation"].presence == "resident"
    assert by_id["ux_operation"].sourcing == "grow"
    assert by_id["development"].sourcing == "share"
    assert by_id["identifying_issues"].sourcing == "grow_with_external"
    assert "960-964" in by_id["identifying_issues"].lines
    assert all(stage.advice_ja and stage.advice_en and stage.lines for stage in STAGES)


def test_a_default_of_our_own_is_marked_as_such():
    own = {stage.id for stage in STAGES if stage.presence_confidence == "own"}
    assert own == {"building_momentum", "business_model_planning", "use"}
    assert all("本サービス" in stage.presence_ja for stage in STAGES if stage.id in own)
    assert all(stage.skill_hints_confidence == "own" for stage in STAGES)


def test_hints_are_subcategories_of_1_2():
    known = load_framework("1.2").subcategories
    assert all(hint in known for stage in STAGES for hint in stage.skill_hints)


def test_everyone_needs_some_security_and_cloud_matters():
    rules = {rule.id: rule for rule in load_stage_rules()}
    assert rules["security_floor"].subcategories == ("SE1", "SE2")
    assert rules["security_floor"].lines == ("939-941",)
    assert [load_framework().skills[code].name_ja for code in rules["cloud"].skills] == ["クラウドインフラ活用"]


def test_themes_have_the_fixed_ids_and_own_ones_no_source():
    themes = load_themes()
    assert [theme.id for theme in themes] == [
        "standardization_gov_cloud",
        "front_office_reform",
        "business_process_reform_ai_rpa",
        "generative_ai",
        "ondemand_mobility_maas",
        "disaster_prevention",
        "smart_agriculture_fishery",
        "data_utilization_dashboard",
        "information_security",
        "staff_training",
        "strategy_planning",
        "procurement_vendor_management",
        "telework_network_infrastructure",
        "tourism_local_industry",
        "health_welfare",
        "education",
    ]
    assert all((theme.source is None) == (theme.confidence == "own") for theme in themes)
