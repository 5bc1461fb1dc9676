/*
 * A shared library with the functions of NVIDIA's NVML that Joulegate calls, over simulated GPUs.
 *
 * All of its state is an array of doubles in the file beside the library, `<library>.state`, mapped into memory: a test
 * writes numbers into the file and the library sees them at once. Time is one of them, so nothing depends on the
 * machine's speed. The layout is that of `stand-in.ts`.
 *
 * OLD_DRIVER leaves out what drivers of Pascal's time did not have.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { SUCCESS = 0, INVALID = 2, NOT_SUPPORTED = 3, INSUFFICIENT_SIZE = 7, DRIVER_NOT_LOADED = 9 };

enum { GLOBALS = 16, PER_GPU = 96, MAX_GPUS = 4, PROCESSES = 8, SEGMENTS = 8 };
enum { STATE_BYTES = (GLOBALS + MAX_GPUS * PER_GPU) * sizeof(double) };

/* Globals. */
enum { TIME_MS, GPUS, INIT_RETURN, CALL_DELAY_MS };

/* Of each GPU. */
enum {
  NAME, IDLE_WATTS, TICK_MS, COUNTER_MODE, COUNTER_MODE_AT_MS, COUNTER_SCALE, COUNTER_RETURN, POWER_PERIOD_MS,
  POWER_COVER_MS, POWER_RETURN, FIELD_RETURN, AVERAGE_MS, REASONS, REASONS_FROM_MS, REASONS_UNTIL_MS, SM_MHZ,
  SM_MHZ_LATER, SM_LATER_AT_MS, MEMORY_MHZ, CELSIUS, LIMIT_WATTS, MIG_MODE, VIRTUALIZATION, PROCESS_RETURN,
  PROCESS_COUNT, ARCHITECTURE, HANDLE_RETURN, REASON_FIELDS_RETURN, SEGMENT_COUNT,
  RIPPLE_WATTS, LOCKED_MHZ, CLOCK_RETURN,
  PIDS = 32, PIDS_FROM_MS = PIDS + PROCESSES, SEGMENT = PIDS_FROM_MS + PROCESSES,
  /* Somebody else's work on the board; a jump of the counter; watts while this
     process's children work, in real time; the answer about utilization. */
  TENANT_WATTS = 72, TENANT_FROM_MS, TENANT_UNTIL_MS, JUMP_JOULES, JUMP_AT_MS, WORK_WATTS, UTILIZATION_RETURN,
  /* The last load of a scripted GPU process, and what those before drew: written at once. */
  BASE_JOULES, LAST_FROM_MS, LAST_UNTIL_MS, LAST_WATTS,
  /* A CPU that shares the module, and the answer about the module's power. */
  HOST_WATTS, MODULE_RETURN
};

/* Modes of the energy counter, from COUNTER_MODE_AT_MS on. */
enum { COUNTS, ZERO, FREEZES, RESETS, GOES_BACK, FAILS };

static volatile double *state;

static double monotonic_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double now_ms(void) {
  return state[TIME_MS] < 0 ? monotonic_ms() : state[TIME_MS];
}

static void delay(void) {
  if (state[CALL_DELAY_MS] > 0) usleep((useconds_t)(state[CALL_DELAY_MS] * 1e3));
}

/* Handles are 1-based so that none is NULL. */
static volatile double *gpu_of(void *device) {
  return state + GLOBALS + ((long)device - 1) * PER_GPU;
}

static double overlap(double from, double until, double a, double b) {
  double start = from > a ? from : a, end = until < b ? until : b;
  return end > start ? end - start : 0;
}

/* Joules drawn from time 0 to a moment. */
static double joules_at(volatile double *gpu, double ms) {
  double joules = gpu[IDLE_WATTS] * ms / 1e3;
  for (int i = 0; i < (int)gpu[SEGMENT_COUNT]; i++) {
    volatile double *segment = gpu + SEGMENT + 3 * i;
    joules += segment[2] * overlap(segment[0], segment[1], 0, ms) / 1e3;
  }
  joules += gpu[TENANT_WATTS] * overlap(gpu[TENANT_FROM_MS], gpu[TENANT_UNTIL_MS], 0, ms) / 1e3;
  if (gpu[JUMP_AT_MS] > 0 && ms >= gpu[JUMP_AT_MS]) joules += gpu[JUMP_JOULES];
  joules += gpu[LAST_WATTS] * overlap(gpu[LAST_FROM_MS], gpu[LAST_UNTIL_MS], 0, ms) / 1e3;
  return joules + gpu[BASE_JOULES];
}

/* Milliseconds for which threads of this process's children computed, or would have with a core: so a busy machine makes no difference. */
static double children_ms(void) {
  glob_t lists, tasks;
  double total = 0;
  if (glob("/proc/self/task/*/children", 0, NULL, &lists) != 0) return 0;
  for (size_t i = 0; i < lists.gl_pathc; i++) {
    FILE *file = fopen(lists.gl_pathv[i], "r");
    int pid;
    while (file != NULL && fscanf(file, "%d", &pid) == 1) {
      char pattern[64];
      snprintf(pattern, sizeof pattern, "/proc/%d/task/*/schedstat", pid);
      if (glob(pattern, 0, NULL, &tasks) != 0) continue;
      for (size_t j = 0; j < tasks.gl_pathc; j++) {
        double ran, waited;
        FILE *task = fopen(tasks.gl_pathv[j], "r");
        if (task == NULL) continue;
        if (fscanf(task, "%lf %lf", &ran, &waited) == 2) total += (ran + waited) / 1e6;
        fclose(task);
      }
      globfree(&tasks);
    }
    if (file != NULL) fclose(file);
  }
  globfree(&lists);
  return total;
}

/* Joules of the children's work up to the last tick: of the time since somebody looked, the part in which they had any. */
static double work_joules(volatile double *gpu, double tick) {
  static double at_ms, worked_ms, joules;
  if (tick > at_ms) {
    double ms = tick - at_ms, worked = children_ms(), since = worked - worked_ms;
    /* A thread that has ended takes its time with it. */
    if (since > 0) joules += gpu[WORK_WATTS] * (since < ms ? since : ms) / 1e3;
    at_ms = tick;
    worked_ms = worked;
  }
  return joules;
}

/* What makes two updates of a real sensor differ: between -1 and 1, the same for the same update. */
static double ripple(double ms, double period) {
  long update = (long)floor(ms / (period > 0 ? period : 1));
  return (double)(update * 7919 % 1009) / 504.5 - 1;
}

static double mean_watts(volatile double *gpu, double from, double until) {
  return (joules_at(gpu, until) - joules_at(gpu, from)) / (until - from) * 1e3;
}

static double last_tick(double ms, double period) {
  return period > 0 ? floor(ms / period) * period : ms;
}

int nvmlInit_v2(void) {
  if (state == NULL) {
    Dl_info info;
    char path[4096];
    if (dladdr((void *)nvmlInit_v2, &info) == 0) return 999;
    snprintf(path, sizeof path, "%s.state", info.dli_fname);
    int file = open(path, O_RDWR);
    if (file < 0) return DRIVER_NOT_LOADED;
    void *mapped = mmap(NULL, STATE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return 999;
    state = mapped;
  }
  return (int)state[INIT_RETURN];
}

int nvmlShutdown(void) { return SUCCESS; }

int nvmlSystemGetDriverVersion(char *version, unsigned int length) {
  snprintf(version, length, "999.1");
  return SUCCESS;
}

int nvmlDeviceGetCount_v2(unsigned int *count) {
  *count = (unsigned int)state[GPUS];
  return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) {
  if (index >= (unsigned int)state[GPUS]) return INVALID;
  *device = (void *)(long)(index + 1);
  return (int)gpu_of(*device)[HANDLE_RETURN];
}

int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) {
  long index;
  if (sscanf(uuid, "GPU-00000000-0000-0000-0000-%ld", &index) != 1 || index >= (long)state[GPUS]) return INVALID;
  *device = (void *)(index + 1);
  return SUCCESS;
}

int nvmlDeviceGetName(void *device, char *name, unsigned int length) {
  volatile double *gpu = gpu_of(device);
  snprintf(name, length, "NVIDIA Stand-in %s%d", gpu[HOST_WATTS] > 0 ? "GH" : "", (int)gpu[NAME]);
  return SUCCESS;
}

int nvmlDeviceGetUUID(void *device, char *uuid, unsigned int length) {
  snprintf(uuid, length, "GPU-00000000-0000-0000-0000-%012ld", (long)device - 1);
  return SUCCESS;
}

int nvmlDeviceGetPciInfo_v3(void *device, void *pci) {
  /* busId follows busIdLegacy[16] and five 32-bit numbers. */
  snprintf((char *)pci + 36, 32, "00000000:%02lX:00.0", (long)device);
  return SUCCESS;
}

int nvmlDeviceGetPowerUsage(void *device, unsigned int *milliwatts) {
  delay();
  volatile double *gpu = gpu_of(device);
  double end = last_tick(now_ms(), gpu[POWER_PERIOD_MS]);
  double watts = mean_watts(gpu, end - gpu[AVERAGE_MS], end) + gpu[RIPPLE_WATTS] * ripple(end, gpu[POWER_PERIOD_MS]);
  *milliwatts = (unsigned int)lround(watts * 1e3);
  return (int)gpu[POWER_RETURN];
}

/* Percent of the last 200 ms. */
int nvmlDeviceGetUtilizationRates(void *device, unsigned int *rates) {
  volatile double *gpu = gpu_of(device);
  double now = now_ms(), busy = overlap(gpu[TENANT_FROM_MS], gpu[TENANT_UNTIL_MS], now - 200, now);
  for (int i = 0; i < (int)gpu[SEGMENT_COUNT]; i++)
    busy += overlap(gpu[SEGMENT + 3 * i], gpu[SEGMENT + 3 * i + 1], now - 200, now);
  rates[0] = (unsigned int)(busy > 200 ? 100 : busy / 2);
  rates[1] = 0;
  return (int)gpu[UTILIZATION_RETURN];
}

int nvmlDeviceGetTemperature(void *device, int sensor, unsigned int *celsius) {
  if (sensor != 0) return INVALID;
  *celsius = (unsigned int)gpu_of(device)[CELSIUS];
  return SUCCESS;
}

int nvmlDeviceGetClockInfo(void *device, int type, unsigned int *mhz) {
  volatile double *gpu = gpu_of(device);
  int later = gpu[SM_LATER_AT_MS] > 0 && now_ms() >= gpu[SM_LATER_AT_MS];
  if (type == 1 && gpu[LOCKED_MHZ] > 0) *mhz = (unsigned int)gpu[LOCKED_MHZ];
  else if (type == 1) *mhz = (unsigned int)gpu[later ? SM_MHZ_LATER : SM_MHZ];
  else if (type == 2) *mhz = (unsigned int)gpu[MEMORY_MHZ];
  else return INVALID;
  return SUCCESS;
}

int nvmlDeviceGetEnforcedPowerLimit(void *device, unsigned int *milliwatts) {
  *milliwatts = (unsigned int)(gpu_of(device)[LIMIT_WATTS] * 1e3);
  return SUCCESS;
}

static unsigned long long reasons_now(void *device) {
  volatile double *gpu = gpu_of(device);
  double now = now_ms();
  int active = now >= gpu[REASONS_FROM_MS] && now < gpu[REASONS_UNTIL_MS];
  return active ? (unsigned long long)gpu[REASONS] : 0;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *reasons) {
  *reasons = reasons_now(device);
  return SUCCESS;
}

/* Clocks that can be locked: every 15 MHz from 210 to 1980. Every set and reset is a line of `<library>.clocks`. */
static void record_clocks(const char *line) {
  Dl_info self;
  char path[4096];
  if (!dladdr((void *)record_clocks, &self)) return;
  snprintf(path, sizeof path, "%s.clocks", self.dli_fname);
  FILE *file = fopen(path, "a");
  if (file == NULL) return;
  fprintf(file, "%s\n", line);
  fclose(file);
}

int nvmlDeviceGetSupportedMemoryClocks(void *device, unsigned int *count, unsigned int *clocks) {
  if (*count < 1) return INSUFFICIENT_SIZE;
  *count = 1;
  clocks[0] = (unsigned int)gpu_of(device)[MEMORY_MHZ];
  return SUCCESS;
}

int nvmlDeviceGetSupportedGraphicsClocks(void *device, unsigned int memory, unsigned int *count, unsigned int *clocks) {
  if (memory != (unsigned int)gpu_of(device)[MEMORY_MHZ]) return NOT_SUPPORTED;
  unsigned int room = *count;
  *count = (1980 - 210) / 15 + 1;
  if (*count > room) return INSUFFICIENT_SIZE;
  for (unsigned int i = 0; i < *count; i++) clocks[i] = 1980 - 15 * i;
  return SUCCESS;
}

int nvmlDeviceSetGpuLockedClocks(void *device, unsigned int least, unsigned int most) {
  volatile double *gpu = gpu_of(device);
  if (gpu[CLOCK_RETURN] != SUCCESS) return (int)gpu[CLOCK_RETURN];
  char line[64];
  snprintf(line, sizeof line, "lock %u %u", least, most);
  record_clocks(line);
  gpu[LOCKED_MHZ] = most;
  return SUCCESS;
}

int nvmlDeviceResetGpuLockedClocks(void *device) {
  volatile double *gpu = gpu_of(device);
  if (gpu[CLOCK_RETURN] != SUCCESS) return (int)gpu[CLOCK_RETURN];
  record_clocks("reset");
  gpu[LOCKED_MHZ] = 0;
  return SUCCESS;
}

int nvmlDeviceGetVirtualizationMode(void *device, int *mode) {
  *mode = (int)gpu_of(device)[VIRTUALIZATION];
  return SUCCESS;
}

/* Entries of 16 bytes (version 1) or 24 bytes (version 2): pid at 0, memory at 8. */
static int processes(void *device, unsigned int *count, char *infos, unsigned int size) {
  volatile double *gpu = gpu_of(device);
  if (gpu[PROCESS_RETURN] != SUCCESS) return (int)gpu[PROCESS_RETURN];
  unsigned int pids[PROCESSES], found = 0;
  for (int i = 0; i < (int)gpu[PROCESS_COUNT]; i++)
    if (now_ms() >= gpu[PIDS_FROM_MS + i]) pids[found++] = (unsigned int)gpu[PIDS + i];
  unsigned int room = *count;
  *count = found;
  if (found > room) return INSUFFICIENT_SIZE;
  memset(infos, 0, (size_t)found * size);
  for (unsigned int i = 0; i < found; i++) memcpy(infos + i * size, &pids[i], sizeof pids[i]);
  return SUCCESS;
}

static int none(unsigned int *count) {
  *count = 0;
  return SUCCESS;
}

/* Vulkan's processes are graphics processes. */
#ifdef OLD_DRIVER
int nvmlDeviceGetComputeRunningProcesses(void *device, unsigned int *count, void *infos) { return none(count); }

int nvmlDeviceGetGraphicsRunningProcesses(void *device, unsigned int *count, void *infos) {
  return processes(device, count, infos, 16);
}
#else
int nvmlDeviceGetComputeRunningProcesses_v2(void *device, unsigned int *count, void *infos) { return none(count); }

int nvmlDeviceGetGraphicsRunningProcesses_v2(void *device, unsigned int *count, void *infos) {
  return processes(device, count, infos, 24);
}

int nvmlDeviceGetCurrentClocksEventReasons(void *device, unsigned long long *reasons) {
  *reasons = reasons_now(device);
  return SUCCESS;
}

int nvmlDeviceGetArchitecture(void *device, unsigned int *architecture) {
  *architecture = (unsigned int)gpu_of(device)[ARCHITECTURE];
  return SUCCESS;
}

int nvmlDeviceGetMigMode(void *device, unsigned int *current, unsigned int *pending) {
  int mode = (int)gpu_of(device)[MIG_MODE];
  if (mode < 0) return NOT_SUPPORTED;
  *current = *pending = (unsigned int)mode;
  return SUCCESS;
}

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules) {
  delay();
  volatile double *gpu = gpu_of(device);
  double now = now_ms(), at = gpu[COUNTER_MODE_AT_MS];
  int mode = now >= at ? (int)gpu[COUNTER_MODE] : COUNTS;
  if (gpu[COUNTER_RETURN] != SUCCESS && (mode == FAILS || gpu[COUNTER_MODE] != FAILS)) return (int)gpu[COUNTER_RETURN];
  double tick = last_tick(mode == FREEZES ? at : now, gpu[TICK_MS]);
  double joules = joules_at(gpu, tick) + gpu[RIPPLE_WATTS] * ripple(tick, gpu[TICK_MS]) * gpu[TICK_MS] / 1e3;
  if (gpu[WORK_WATTS] > 0) joules += work_joules(gpu, tick);
  joules += gpu[HOST_WATTS] * tick / 1e3;
  if (mode == RESETS) joules -= joules_at(gpu, at);
  if (mode == GOES_BACK) joules -= 60;
  if (mode == ZERO || joules < 0) joules = 0;
  *millijoules = (unsigned long long)llround(joules * gpu[COUNTER_SCALE] * 1e3);
  return SUCCESS;
}

struct field_value {
  unsigned int id, scope;
  long long timestamp, latency;
  int type, code;
  union { unsigned int u32; unsigned long long u64; } value;
};

static void read_field(void *device, struct field_value *field) {
  volatile double *gpu = gpu_of(device);
  double now = now_ms();
  unsigned long long bit = field->id == 251 ? 0x20 : field->id == 252 ? 0x40 : field->id == 253 ? 0x80 : 0;
  if (field->id == 186) {
    double end = last_tick(now, gpu[POWER_PERIOD_MS]);
    int module = field->scope == 1;
    field->code = module && gpu[HOST_WATTS] == 0 ? NOT_SUPPORTED : (int)gpu[module ? MODULE_RETURN : FIELD_RETURN];
    field->type = 1;
    double watts = mean_watts(gpu, end - gpu[POWER_COVER_MS], end) + gpu[RIPPLE_WATTS] * ripple(end, gpu[POWER_PERIOD_MS]);
    if (module) watts += gpu[HOST_WATTS];
    field->value.u32 = (unsigned int)lround(watts * 1e3);
  } else if (bit != 0) {
    int set = ((unsigned long long)gpu[REASONS] & bit) != 0;
    double ms = set ? overlap(gpu[REASONS_FROM_MS], gpu[REASONS_UNTIL_MS], 0, now) : 0;
    field->code = (int)gpu[REASON_FIELDS_RETURN];
    field->type = 3;
    field->value.u64 = (unsigned long long)llround(ms * 1e6);
  } else {
    field->code = NOT_SUPPORTED;
  }
}

int nvmlDeviceGetFieldValues(void *device, int count, void *values) {
  delay();
  for (int i = 0; i < count; i++) read_field(device, (struct field_value *)values + i);
  return SUCCESS;
}
#endif
