"""The screens in the order of the sidebar: section, then (file and path, icon). The first one is the start."""

SCREENS: dict[str, list[tuple[str, str]]] = {
    "": [("start", "flag"), ("business", "storefront")],
    "list": [
        ("overview", "dashboard"),
        ("score", "upload_file"),
        ("customer", "person_search"),
        ("drivers", "insights"),
    ],
    "campaign": [
        ("plan", "campaign"),
        ("results", "straighten"),
    ],
    "model": [("training", "model_training"), ("monitoring", "monitor_heart")],
}

# What a person must be allowed to do to be shown a screen (the words of churn/workspace/access.py).
TAKES = {
    "start": "look",
    "business": "look",
    "overview": "look",
    "score": "score",
    "customer": "score",
    "drivers": "score",
    "plan": "plan",
    "results": "look",
    "training": "look",
    "monitoring": "look",
}
