"""Loops as machine code for the processor that is there, each compiled once in a process, and the products of the BLAS."""

import ctypes
import re
import threading

import llvmlite.binding as llvm
from scipy.linalg import cython_blas

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()
LOCK, CODE, ENGINES = threading.Lock(), {}, []          # addresses of functions by their text or name; the engines hold the code


def _blas(name):
    get, name_of = ctypes.pythonapi.PyCapsule_GetPointer, ctypes.pythonapi.PyCapsule_GetName
    get.restype, get.argtypes, name_of.restype, name_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p], ctypes.c_char_p, [ctypes.py_object]
    capsule = cython_blas.__pyx_capi__[name]
    return get(capsule, name_of(capsule))


# walks down a table: functions, and for each where its arguments lie
RUN = """define void @run(ptr %table, i64 %size) nounwind {
entry:
br label %next
next:
%i = phi i64 [ 0, %entry ], [ %k, %next ]
%at = getelementptr ptr, ptr %table, i64 %i
%fun = load ptr, ptr %at
%j = add i64 %i, 1
%to = getelementptr ptr, ptr %table, i64 %j
%args = load ptr, ptr %to
call void %fun(ptr %args)
%k = add i64 %i, 2
%done = icmp eq i64 %k, %size
br i1 %done, label %end, label %next
end:
ret void
}"""


def module(bodies, products=False):
    """A module in LLVM's language: a function `loop0`, `loop1`, ... for each pair of a body and a number of pointers, perhaps `run` and the products.

    Each takes the address of its arguments.
    """
    text = []
    for name, kind in (("sgemm", "f"), ("dgemm", "d")) if products else ():
        loads, names = _arguments(13, 0)
        text.append(f"define void @gemm{kind}(ptr %args) nounwind {{\n{loads}call void inttoptr (i64 {_blas(name)} to ptr)({names})\nret void\n}}")
    for number, (body, count) in enumerate(bodies):
        loads, names = _arguments(count, 1)
        inner = ", ".join(f"ptr noalias %p{n}" for n in range(count))
        text.append(f"define internal void @inner{number}(i64 %count, {inner}) noinline nounwind {{\n{body}\n}}\n"
                    f"define void @loop{number}(ptr %args) nounwind {{\n%count = load i64, ptr %args\n{loads}"
                    f"call void @inner{number}(i64 %count, {names})\nret void\n}}")
    text = "\n".join(text + [RUN] * products)
    called = sorted(set(re.findall(r"call (\w+) (@llvm[.\w]+)\(([^)]*)\)", text)))
    return "\n".join({f"declare {kind} {name}({', '.join(arg.split()[0] for arg in args.split(', '))})" for kind, name, args in called}) + "\n" + text


def _arguments(count, first):
    return "".join(f"%a{n} = getelementptr ptr, ptr %args, i64 {n + first}\n%p{n} = load ptr, ptr %a{n}\n" for n in range(count)), ", ".join(
        f"ptr %p{n}" for n in range(count))


def optimised(text, machine):
    """A module for a target machine."""
    parsed = llvm.parse_assembly(text)
    parsed.triple, parsed.data_layout = machine.triple, str(machine.target_data)
    tuning = llvm.PipelineTuningOptions(speed_level=2)
    tuning.loop_vectorization, tuning.loop_unrolling = True, False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(parsed, builder)
    return parsed


def compiled(bodies):
    """Addresses of the functions for such bodies."""
    with LOCK:
        new = [body for body in dict.fromkeys(bodies) if body not in CODE]
        if new or not CODE:
            machine = llvm.Target.from_default_triple().create_target_machine(
                cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2, jit=True)
            engine = llvm.create_mcjit_compiler(optimised(module(new, not CODE), machine), machine)
            engine.finalize_object()
            names = {name: name for name in ("run", "gemmf", "gemmd") if not CODE}
            CODE.update((key, engine.get_function_address(name)) for key, name in {**names, **{body: f"loop{k}" for k, body in enumerate(new)}}.items())
            ENGINES.append(engine)
        return [CODE[body] for body in bodies]
