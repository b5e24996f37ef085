"""The screens in the order of the sidebar: section, then (file and path, icon). The first one is the start."""

SCREENS: dict[str, list[tuple[str, str]]] = {
    "": [("start", "flag")],
    "work": [
        ("score", "upload_file"),
        ("customer", "person_search"),
        ("campaign", "campaign"),
        ("results", "straighten"),
    ],
    "care": [("training", "model_training")],
}
