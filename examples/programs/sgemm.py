"""The host of sgemm.cl in Python: needs numpy and pyopencl."""
import numpy
import pyopencl

import joulegate_program as joulegate

with joulegate.Program() as program:
    n = program.N
    random = numpy.random.default_rng(1)
    a, b = (random.random((n, n), numpy.float32) - 0.5 for _ in range(2))
    context = pyopencl.create_some_context(interactive=False)
    queue = pyopencl.CommandQueue(context, properties=pyopencl.command_queue_properties.PROFILING_ENABLE)
    device = context.devices[0]
    program.device(device.name, "cpu" if device.type & pyopencl.device_type.CPU else None)
    flags = pyopencl.mem_flags
    inputs = [pyopencl.Buffer(context, flags.READ_ONLY | flags.COPY_HOST_PTR, hostbuf=matrix) for matrix in (a, b)]
    c = numpy.empty((n, n), numpy.float32)
    output = pyopencl.Buffer(context, flags.READ_WRITE, c.nbytes)
    source = open("sgemm.cl").read()
    kernel = None

    def configure():
        global kernel
        built = pyopencl.Program(context, source).build(options=program.defines(), cache_dir=False)
        kernel = pyopencl.Kernel(built, "sgemm")
        kernel.set_args(*inputs, output)
        # So that nothing of the configuration before is taken for a result of this one.
        pyopencl.enqueue_fill_buffer(queue, output, numpy.float32("nan"), 0, c.nbytes)

    def launch():
        items = (program.ITEMS_N, program.ITEMS_M)
        groups = (n // program.TILE_N, n // program.TILE_M)
        size = tuple(group * item for group, item in zip(groups, items))
        return pyopencl.enqueue_nd_range_kernel(queue, kernel, size, items)

    def download():
        pyopencl.enqueue_copy(queue, c, output)
        return c

    program.serve(joulegate.opencl(queue, launch), {"c": download}, configure=configure)
