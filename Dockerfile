# One image for web, workers, witness and set-up; docker-compose.yml says which does what.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends git bubblewrap \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/conductor conductor

WORKDIR /srv/conductor
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements.txt

COPY . .
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --editable . \
    && python -m compileall -q agents campaigns conductor

ENV CONDUCTOR_ENV=production \
    CONDUCTOR_HOME=/var/lib/conductor/state \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0
USER conductor
RUN mkdir -m 700 /var/lib/conductor/state
VOLUME /var/lib/conductor/state
EXPOSE 8000
CMD ["python", "-m", "conductor.web"]
