"""What the processes of jobs are copies of: a process of the worker that has imported what jobs need, and runs none.

Importing it takes seconds of processor time, which are spent once instead of for each job. The worker names this module
to `multiprocessing`, whose fork server imports it; nothing else may, since it changes what its process does on
SIGTERM.
"""

# ruff: noqa: E402, F401

import signal

# systemd sends SIGTERM to all processes of a service. Those that run jobs stop (`service.job_process`), and this one
# has to tell the worker how they ended; it ends with the worker.
signal.signal(signal.SIGTERM, signal.SIG_IGN)

import models.annotator
import pipelines.topics.clustering.light_bertopic
import service.analysis
import service.digests.composing
import service.export_files
import service.exports
import service.imports
import service.reannotation
import service.shadow_analysis
import service.sources.processing
import service.sources.pulling
