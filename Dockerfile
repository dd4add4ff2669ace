# Two images are built from one wheel: `docker build --target mock .` and `docker build --target contract-tests .`
ARG PYTHON=3.12-slim

FROM python:${PYTHON} AS wheel
WORKDIR /src
RUN pip install --no-cache-dir build
COPY pyproject.toml README.md CHANGELOG.md LICENSE ./
COPY spec spec
COPY fixtures fixtures
COPY mockserver mockserver
COPY contract_tests contract_tests
COPY docs_to_openapi docs_to_openapi
RUN python -m build --wheel --outdir /dist

FROM python:${PYTHON} AS installed
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /dist /dist
RUN pip install --no-cache-dir -c /tmp/constraints.txt /dist/*.whl && useradd --create-home --uid 1000 runner
WORKDIR /home/runner

FROM installed AS mock
RUN pip install --no-cache-dir -c /tmp/constraints.txt "$(echo /dist/*.whl)[auth,tls,redis,metrics]"
USER runner
# A volume may keep the local CA of --tls there.
RUN mkdir -p /home/runner/.local/share/mockserver/tls
EXPOSE 4010
# The mock listens on all addresses of the container. From outside, only the ports that you publish are reachable.
ENV MOCKSERVER_HOST=0.0.0.0 MOCKSERVER_PORT=4010 MOCKSERVER_LOG_FORMAT=json
HEALTHCHECK --interval=2s --timeout=4s --start-period=2s --retries=15 \
  CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:4010/__mock__/ready', timeout=1)" 2>/dev/null \
  || python -c "import ssl, urllib.request as u; u.urlopen('https://127.0.0.1:4010/__mock__/ready', timeout=1, context=ssl._create_unverified_context())"
ENTRYPOINT ["mockserver", "mock"]

FROM installed AS contract-tests
RUN pip install --no-cache-dir -c /tmp/constraints.txt "$(echo /dist/*.whl)[contract-tests]"
USER runner
VOLUME /home/runner/reports
ENTRYPOINT ["contract-tests", "--report", "/home/runner/reports"]
