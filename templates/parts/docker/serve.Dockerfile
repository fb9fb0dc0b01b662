# Predicts from the exported ONNX file of one run: onnxruntime and no TensorFlow. docs/docker.md has the commands.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=/tmp/matplotlib

WORKDIR /app

COPY requirements-serve.txt ./
RUN pip install --no-cache-dir -r requirements-serve.txt

COPY *.py ./
COPY support ./support

# The run whose model predicts: --build-arg RUN=2026-01-31_12-00-00
ARG RUN
COPY runs/${RUN}/export/model.onnx runs/${RUN}/export/spec.json ./model/

RUN useradd --no-create-home --uid 10001 server
USER 10001

ENTRYPOINT ["python", "predict.py", "--model", "model/model.onnx"]
CMD ["--help"]
