# The book and its library in a container, for students, and for grading without a network. Solutions stay out: see .dockerignore.
#
#   docker build --tag shape-of-motion .
#   docker run --rm --publish 8888:8888 shape-of-motion
FROM python:3.11-slim
WORKDIR /srv/shape-of-motion
COPY requirements.txt pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --requirement requirements.txt
COPY hnn_lite hnn_lite
RUN pip install --no-cache-dir --no-build-isolation --no-deps .
RUN useradd --create-home student
COPY --chown=student book /home/student/book
USER student
WORKDIR /home/student
ENV OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "book"]
