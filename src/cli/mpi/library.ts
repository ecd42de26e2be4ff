/**
 * The library of MPI, called through koffi: the one place that knows either. Open MPI and MPICH differ in the type of a handle, in
 * the values of handles, and in a few constants; Intel MPI, MVAPICH and Cray MPICH have the handles of MPICH.
 */

import { optionalPackage } from "../../platform/optional-package.js";
import { messageOf } from "../../errors.js";
import { UsageError } from "../exit-codes.js";
import type { MpiKind } from "./launched.js";

/** What is used of koffi. */
interface Koffi {
  config(settings: { async_stack_size: number }): unknown;
  load(path: string, options?: { global: boolean }): Library;
}

interface Library {
  func(name: string, result: "int" | "void *", args: readonly string[]): (...args: unknown[]) => unknown;
  symbol(name: string): unknown;
}

/** An address, or a number: whatever a handle of this library is. */
type Handle = unknown;

type Call = (...args: unknown[]) => unknown;

export interface Mpi {
  readonly kind: MpiKind;
  readonly handles: {
    readonly world: Handle;
    readonly float32: Handle;
    readonly float64: Handle;
    readonly int32: Handle;
    readonly byte: Handle;
    readonly sum: Handle;
    readonly max: Handle;
    readonly errorsReturn: Handle;
  };
  readonly inPlace: bigint;
  readonly statusIgnore: bigint;
  readonly initThread: Call;
  readonly commRank: Call;
  readonly commSize: Call;
  readonly setErrorHandler: Call;
  readonly allreduce: Call;
  readonly iallreduce: Call;
  readonly broadcast: Call;
  readonly ibarrier: Call;
  readonly test: Call;
  readonly finalize: Call;
  readonly libraryVersion: Call;
  readonly errorString: Call;
}

/** In the order in which they are tried. */
const NAMES: Readonly<Record<MpiKind, readonly string[]>> = {
  openmpi: ["libmpi.so.40", "libmpi.so"],
  mpich: ["libmpich.so.12", "libmpi.so.12"],
};

/** Bytes. koffi gives calls of other threads 128 KiB of stack, which MPI_Allreduce of MPICH overflows. */
const ASYNC_STACK = 2 << 20;

/** Of dlopen, on Linux. */
const RTLD_NOW = 0x2;
const RTLD_GLOBAL = 0x100;
const RTLD_NODELETE = 0x1000;

/**
 * @param named a kind, or the path of a library
 * @throws UsageError if koffi or the library is missing
 */
export async function loadMpi(named: string): Promise<Mpi> {
  const koffi = await loadKoffi();
  koffi.config({ async_stack_size: ASYNC_STACK });
  const names = named === "openmpi" || named === "mpich" ? NAMES[named] : [named];
  const libc = process.platform === "linux" ? koffi.load("libc.so.6") : null;
  if (libc !== null) quietUcx(libc);
  const errors: string[] = [];
  for (const name of names) {
    try {
      // Open MPI loads plugins, which look for its symbols among those that everybody sees.
      const library = koffi.load(name, { global: true });
      if (libc !== null) pin(libc, name);
      return describe(library);
    } catch (thrown) {
      errors.push(messageOf(thrown));
    }
  }
  if (names[0] === named) {
    throw new UsageError(
      `ATIF_MPI is ${JSON.stringify(named)}, which cannot be used as a library of MPI (${errors[0]}); expected openmpi, mpich, or the ` +
        "path of one, as in ATIF_MPI=/usr/lib/x86_64-linux-gnu/libmpi.so.40",
    );
  }
  throw new UsageError(
    `there is no library of MPI (${errors.join("; ")}); expected ${names.join(" or ")}. Install it, as by ` +
      "apt install openmpi-bin or apt install mpich, or set ATIF_MPI to the path of another.",
  );
}

async function loadKoffi(): Promise<Koffi> {
  try {
    const module = (await optionalPackage("koffi")) as Koffi & { readonly default?: Koffi };
    return module.default ?? module;
  } catch (thrown) {
    throw new UsageError(
      `MPI is called through the package koffi, which cannot be loaded (${messageOf(thrown).split("\n")[0]}); expected it to be ` +
        "installed: npm install koffi",
      { cause: thrown },
    );
  }
}

/**
 * UCX, below MPICH and below Open MPI on InfiniBand, patches malloc while the engine's threads run: 2 of 100 runs crash. Set in the
 * environment of the process, of which a thread of Node has a copy.
 */
function quietUcx(libc: Library): void {
  libc.func("setenv", "int", ["str", "str", "int"])("UCX_MEM_EVENTS", "n", 0);
}

/** koffi closes its libraries at the end, while threads of UCX still run in them: a crash after the job is done. */
function pin(libc: Library, name: string): void {
  const opened = libc.func("dlopen", "void *", ["str", "int"])(name, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  if (opened === null) throw new Error(`${name} cannot be held in memory`);
}

function describe(library: Library): Mpi {
  const isOpenMpi = has(library, "ompi_mpi_comm_world");
  const handle = isOpenMpi ? "void *" : "int";
  const call = (name: string, ...args: string[]): Call => library.func(name, "int", args);
  const [p, int] = ["void *", "int"];
  return {
    ...(isOpenMpi ? openMpi(library) : mpich),
    initThread: call("MPI_Init_thread", p, p, int, p),
    commRank: call("MPI_Comm_rank", handle, p),
    commSize: call("MPI_Comm_size", handle, p),
    setErrorHandler: call("MPI_Comm_set_errhandler", handle, handle),
    allreduce: call("MPI_Allreduce", p, p, int, handle, handle, handle),
    iallreduce: call("MPI_Iallreduce", p, p, int, handle, handle, handle, p),
    broadcast: call("MPI_Bcast", p, int, handle, int, handle),
    ibarrier: call("MPI_Ibarrier", handle, p),
    test: call("MPI_Test", p, p, p),
    finalize: call("MPI_Finalize"),
    libraryVersion: call("MPI_Get_library_version", p, p),
    errorString: call("MPI_Error_string", int, p, p),
  };
}

function has(library: Library, symbol: string): boolean {
  try {
    library.symbol(symbol);
    return true;
  } catch {
    return false;
  }
}

/** A handle is the address of what stands for it in the library. */
function openMpi(library: Library): Pick<Mpi, "kind" | "handles" | "inPlace" | "statusIgnore"> {
  const at = (name: string): Handle => library.symbol(name);
  return {
    kind: "openmpi",
    handles: {
      world: at("ompi_mpi_comm_world"),
      float32: at("ompi_mpi_float"),
      float64: at("ompi_mpi_double"),
      int32: at("ompi_mpi_int"),
      byte: at("ompi_mpi_byte"),
      sum: at("ompi_mpi_op_sum"),
      max: at("ompi_mpi_op_max"),
      errorsReturn: at("ompi_mpi_errors_return"),
    },
    inPlace: 1n,
    statusIgnore: 0n,
  };
}

/** A handle is a number. @source mpi.h of MPICH, whose values its ABI initiative fixes */
const mpich: Pick<Mpi, "kind" | "handles" | "inPlace" | "statusIgnore"> = {
  kind: "mpich",
  handles: {
    world: 0x44000000,
    float32: 0x4c00040a,
    float64: 0x4c00080b,
    int32: 0x4c000405,
    byte: 0x4c00010d,
    sum: 0x58000003,
    max: 0x58000001,
    errorsReturn: 0x54000001,
  },
  inPlace: 2n ** 64n - 1n,
  statusIgnore: 1n,
};
