"""What the processes of jobs are copies of: a process of the worker that has imported what jobs need, and runs none.

Importing it takes seconds of processor time, which are spent once instead of for each job. The worker names this module
to `multiprocessing`, whose fork server imports it; nothing else may, since it changes priority and signals of its
process.
"""

# ruff: noqa: E402, F401

import os
import signal

#: Lower priority than that of the server, which answers people.
_NICENESS = 10

os.nice(_NICENESS)

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
