# The service in one image: as nobody special, on a file system that may be read-only (/tmp in memory, data at /data).
# It listens on every address of the container, which it refuses unless people have to sign in. compose.yaml runs it.
FROM node:22-slim AS front-end
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM python:3.11-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-ipaexfont \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp NUMBA_CACHE_DIR=/tmp/numba
COPY locks/runtime.txt locks/runtime.txt
RUN pip install --no-cache-dir --require-hashes --requirement locks/runtime.txt
COPY pyproject.toml README.md ./
COPY matching matching
COPY skill_standards skill_standards
COPY seed_data seed_data
COPY web web
COPY hub hub
COPY --from=front-end /build/web/node_modules web/node_modules
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
 && python -m web.vendor --installed \
 && rm -rf web/node_modules \
 && useradd --system --uid 10001 hub \
 && install --directory --owner hub --mode 700 /data
ENV HUB_DATA_FOLDER=/data HUB_HOST=0.0.0.0 HUB_LOG_FORMAT=json
USER hub
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["talent-hub", "check-health"]
CMD ["talent-hub", "serve"]
