"""Exact SHAP by tables: boosters in, tables out; contributions at table look-up speed, without any ML library."""
