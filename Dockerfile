# One node, one volume. `docker build -t acd . && docker run -p 8080:8080 -v acd:/data acd`
# With calls over SIP: `docker build --build-arg SIP=1 -t acd .`, and the host's network, since audio takes many ports.
FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

# Dependencies first: they change less often than the sources.
COPY requirements/run.lock requirements/build.lock requirements/
RUN hashed="-q --require-hashes --only-binary :all: --no-deps" \
    && python3 -m venv /build && /build/bin/pip install $hashed -r requirements/build.lock \
    # sippy is published as source: build.lock has what makes it a wheel
    && /build/bin/pip wheel $hashed --no-binary sippy --no-build-isolation -w /wheels -r requirements/run.lock \
    && python3 -m venv /opt/acd && /opt/acd/bin/pip install -q --no-deps --no-index /wheels/*.whl

COPY . .
RUN /build/bin/python hatch_build.py \
    && /build/bin/python -m hatchling build -t wheel -d /dist \
    && /opt/acd/bin/pip install -q --no-deps --no-index /dist/*.whl \
    && /opt/acd/bin/pip uninstall -q -y pip setuptools

FROM debian:bookworm-slim
ARG SIP=
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 ${SIP:+rtpengine-daemon} \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin acd \
    && install -d -o acd -g acd -m 700 /data \
    && install -d /etc/acd
COPY --from=build /opt/acd /opt/acd
# A config.toml mounted into the working directory is found; without one the product's own is used.
WORKDIR /etc/acd
USER acd
ENV PATH=/opt/acd/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ACD_SERVER__HOST=0.0.0.0 \
    ACD_SERVER__DATA_DIR=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["acd"]
CMD ["serve"]
