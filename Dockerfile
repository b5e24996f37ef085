# Two stages: the first installs the locked packages, the second carries only what runs. The steps themselves are in
# app/deploy/image.sh, which CI runs in a clean directory as well.
FROM python:3.12-slim-bookworm AS packages
WORKDIR /build
COPY app/deploy/requirements.txt app/deploy/image.sh ./
RUN sh image.sh packages /venv requirements.txt

FROM python:3.12-slim-bookworm
# libgomp1: the threads of XGBoost and LightGBM. The base image is renewed with the release, its packages with it.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 holdfast \
 && install --directory --owner holdfast /home/holdfast/churn
COPY --from=packages /venv /venv
WORKDIR /holdfast
COPY app app
COPY churn churn
COPY data data
COPY .streamlit .streamlit
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CHURN_HOME=/home/holdfast/churn \
    OMP_NUM_THREADS=1 \
    OMP_WAIT_POLICY=PASSIVE
# Nothing can be written here later, so the bytecode is made now: a start then takes half the time.
RUN python -m compileall -q app churn
USER 10001
VOLUME /home/holdfast/churn
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/health', timeout=4)"]
STOPSIGNAL SIGTERM
# It serves others, so it starts only where they can sign in: with a key in its home, people with roles, or CHURN_OPEN=yes.
CMD ["python", "-m", "app", "--host", "0.0.0.0", "--port", "8501"]
