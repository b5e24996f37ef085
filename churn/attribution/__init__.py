"""Exact SHAP by tables: boosters in, tables out; contributions at table look-up speed, without any ML library.

member_of(estimator)                   library.py   a fitted XGBoost, LightGBM or scikit-learn model as a member
design_for(matrix, levels).columns(…)  linear.py    what to fit a logistic regression on
design.explained(coef, intercept)      linear.py    that regression as a member
explainer_for([(weight, member), …], features, slope=, intercept=)   blend.py   the Explainer of a blend
explainer.contributions(matrix) .margin(matrix) .probability(matrix) .base .to_arrays(); explainer_from(arrays)
proof_for([(weight, estimator), …], rows, slope=, intercept=).answers.differ_from(explainer)   agreement.py   as theirs?
"""
