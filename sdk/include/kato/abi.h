/* The Kato plugin ABI, version 1: basic types, statuses and the entry point.
 *
 * These headers are the whole contract between the Kato host and a plugin. They are C11 (and valid
 * C++20), use only fixed-width types and pull in nothing but <stdint.h> and <stddef.h>.
 *
 * HOW THE CONTRACT GROWS
 * - Every struct that crosses the boundary begins with `uint32_t struct_size`, set by whoever
 *   fills the struct to the size that it was compiled with. New fields are only ever added at the
 *   end. A reader uses a field only if struct_size covers it: see KATO_HAS_FIELD. Function tables
 *   grow in the same way. A struct is never embedded in another one by value, and
 *   elements of an array are array[0].struct_size apart, so that each can grow on its own.
 * (kato_str, kato_bytes, kato_range and kato_cursor are frozen, carry no size, and may be
 * embedded.)
 * - Enumerations travel as int32_t. A reader tolerates values that it does not know and treats
 *   them as the comment of the enumeration says.
 * - What is optional is an extension, asked for by a string id with a revision
 *   ("kato.live-preview/1"), both ways. A published id never changes its meaning.
 * - The major version is part of the entry symbol's name. Within one major version no field is
 *   removed, reordered or given another meaning.
 *
 * OWNERSHIP (the one rule for all calls)
 * - What a callee is handed is borrowed: it is valid until that call returns.
 * - What a plugin hands to a callback is borrowed by the host: valid until the callback returns;
 *   the host copies what it keeps.
 * - Neither side frees what the other side allocated. Instances are created and destroyed by the
 *   plugin, through its table.
 * - "static" data (the descriptor and all it points to) stays valid until the process ends.
 *
 * THREADS
 * Each function carries one of these tags:
 *   [any]     callable on any thread, concurrently with everything else.
 *   [worker]  calls on one instance are never concurrent; different instances may run at the same
 *             time on different threads; an instance may move between threads between calls.
 * Host callbacks may be used only during the plugin call that was handed them, on its thread.
 *
 * PURITY
 * A provider and a render sink are pure functions: of (saved state, bytes) and of (saved state,
 * events). They open no file and no socket, read no clock, no environment and no random source,
 * and keep no state outside their instances. A delivery sink alone owns its transport.
 *
 * EXCEPTIONS
 * No C++ exception and no longjmp may cross the boundary in either direction.
 */
#ifndef KATO_ABI_H
#define KATO_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version that these headers describe. The minor grows when fields or functions are added. */
#define KATO_ABI_MAJOR 1
#define KATO_ABI_MINOR 0

/* The name of the one symbol that a plugin exports, and the type behind it. */
#define KATO_PLUGIN_ENTRY kato_plugin_v1
#define KATO_PLUGIN_ENTRY_NAME "kato_plugin_v1"

/* True if the struct that `ptr` points to is large enough to hold `field`. */
#define KATO_HAS_FIELD(type, ptr, field) \
  ((ptr)->struct_size >= offsetof(type, field) + sizeof((ptr)->field))

/* Bytes that the host keeps readable (their content is arbitrary) behind every kato_bytes which it
 * hands to probe, open and decode, so that parsers with wide loads need no copy. */
#define KATO_READ_PADDING_BYTES 64

/* The most that a saved state may measure, in bytes. It holds offsets and hashes, no text of the
 * conversation. Some hundred bytes are typical. */
#define KATO_MAX_STATE_BYTES (1u << 20)

/* Text: UTF-8 without a terminating NUL. {NULL, 0} is "absent"; a non-NULL data with size 0 is an
 * empty text. Where the two differ in meaning the field says so; elsewhere both mean "absent". */
typedef struct kato_str {
  const char* data;
  size_t size; /* bytes */
} kato_str;

/* Bytes of any kind. */
typedef struct kato_bytes {
  const uint8_t* data;
  size_t size; /* bytes */
} kato_bytes;

/* What a call asks the other side to do. Unknown values are treated as KATO_FATAL. */
enum kato_status_value {
  /* Done. */
  KATO_OK = 0,
  /* Nothing was done for want of something that may come back (memory, a log in the middle of
   * being rewritten, a far side that is down): call again later with the same input. */
  KATO_RETRY_LATER = 1,
  /* The record at the current position cannot be handled: step over it. It is accounted for as
   * malformed and the session goes on. */
  KATO_SKIP_RECORD = 2,
  /* Nothing more can be made of this source. The host stops reading it until it changes identity
   * or the plugin's version does; other sources of the session go on. */
  KATO_QUARANTINE_SOURCE = 3,
  /* The input is of a kind, version or option that this plugin does not support. */
  KATO_UNSUPPORTED = 4,
  /* The plugin saw kato_host.cancelled() and stopped early; what was consumed is said as usual. */
  KATO_CANCELLED = 5,
  /* The instance is broken: the host destroys it and contains the fault. */
  KATO_FATAL = 6
};
typedef int32_t kato_status;

/* What a plugin is. Unknown values: the plugin is refused. */
enum kato_plugin_kind {
  KATO_PLUGIN_PROVIDER = 1, /* native logs in, event drafts out: kato/provider.h */
  KATO_PLUGIN_SINK = 2      /* events in, bytes of a recording out, or delivered: kato/sink.h */
};

/* What a plugin requires of its host: bits of kato_plugin_descriptor.required_capabilities. A host
 * refuses a plugin that requires a bit it does not know. None is defined in minor 0. */

struct kato_provider_api; /* kato/provider.h */
struct kato_sink_api;     /* kato/sink.h */

/* What a plugin is and where its functions are. Static data. */
typedef struct kato_plugin_descriptor {
  uint32_t struct_size;
  /* KATO_ABI_MINOR of the headers that the plugin was built with. */
  uint32_t abi_minor;
  /* enum kato_plugin_kind. */
  int32_t kind;
  /* Reserved for alignment; 0. */
  uint32_t reserved;
  /* Capabilities without which the plugin cannot work. 0 for most. Must equal the note's. */
  uint64_t required_capabilities;
  /* Stable id, [a-z][a-z0-9-]{0,31}. Used in config, in state files and in recordings; it never
   * changes over a plugin's life. */
  kato_str id;
  /* For people: "Claude Code". */
  kato_str display_name;
  /* Semantic version of the plugin, "1.4.0". A change tells the host that saved states may not
   * fit and that mappings may differ. */
  kato_str version;
  kato_str author;
  kato_str licence; /* SPDX identifier, "Apache-2.0" */
  kato_str url;
  /* JSON Schema (draft 7) of the plugin's options, an object schema; absent: takes no options. The
   * host validates options before any instance is opened. */
  kato_str options_schema;
  /* The table of the plugin's kind; the other one is NULL. */
  const struct kato_provider_api* provider;
  const struct kato_sink_api* sink;
  /* [any] An ability by its id, or NULL if the plugin does not have it. The pointer is static; its
   * type is what the extension's own header says. May itself be NULL: no extensions. */
  const void* (*extension)(kato_str id);
} kato_plugin_descriptor;

/* [any] The exported function. host_abi_major and host_abi_minor: the version that the host
 * implements. Returns a static descriptor, the same one at each call, or NULL if the plugin cannot
 * work with that host. It must do nothing else: no thread, no I/O, no registration. */
typedef const kato_plugin_descriptor* (*kato_plugin_entry_fn)(uint32_t host_abi_major,
                                                              uint32_t host_abi_minor);

/* ---- Identity that can be read without running the plugin ------------------------------------
 *
 * KATO_PLUGIN_NOTE puts the plugin's identity into an ELF note (owner "Kato", type
 * KATO_NOTE_TYPE_IDENTITY). The host finds it through the program headers (PT_NOTE), which survive
 * stripping, before it decides to load the file at all. Use it once in a plugin, at file scope;
 * the C++ export macros do so. All values must equal those of the descriptor. */

#define KATO_NOTE_TYPE_IDENTITY 1u
#define KATO_NOTE_ID_BYTES 32
#define KATO_NOTE_VERSION_BYTES 32

/* The note's content, in the byte order of the file. Aligned to four bytes, as notes are. */
typedef struct kato_note_identity {
  uint32_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  int32_t kind;                          /* enum kato_plugin_kind */
  uint32_t required_capabilities_low;    /* bits 0-31 */
  uint32_t required_capabilities_high;   /* bits 32-63 */
  char id[KATO_NOTE_ID_BYTES];           /* padded with NUL */
  char version[KATO_NOTE_VERSION_BYTES]; /* padded with NUL */
} kato_note_identity;

/* An ELF note as it lies in the file. */
typedef struct kato_note {
  uint32_t name_size;    /* 5: "Kato" with its NUL */
  uint32_t content_size; /* sizeof(kato_note_identity) */
  uint32_t type;         /* KATO_NOTE_TYPE_IDENTITY */
  char name[8];          /* "Kato", padded with NUL to a multiple of four */
  kato_note_identity content;
} kato_note;

#if defined(__clang__) /* AddressSanitizer would put padding between the notes */
#define KATO_EXPORT __attribute__((visibility("default")))
#define KATO_NOTE_SECTION \
  __attribute__((section(".note.kato"), used, aligned(4), no_sanitize("address")))
#elif defined(__GNUC__)
#define KATO_EXPORT __attribute__((visibility("default")))
#define KATO_NOTE_SECTION __attribute__((section(".note.kato"), used, aligned(4)))
#else
#define KATO_EXPORT
#define KATO_NOTE_SECTION
#endif

/* kind: enum kato_plugin_kind. id, version: string literals. capabilities: uint64_t constant. */
#define KATO_PLUGIN_NOTE(kind_, id_, version_, capabilities_)                         \
  KATO_NOTE_SECTION static const kato_note kato_plugin_note = {                       \
      5u,                                                                             \
      (uint32_t)sizeof(kato_note_identity),                                           \
      KATO_NOTE_TYPE_IDENTITY,                                                        \
      "Kato",                                                                         \
      {(uint32_t)sizeof(kato_note_identity), KATO_ABI_MAJOR, KATO_ABI_MINOR, (kind_), \
       (uint32_t)((uint64_t)(capabilities_) & 0xffffffffu),                           \
       (uint32_t)((uint64_t)(capabilities_) >> 32), id_, version_}}

#ifdef __cplusplus
}
#endif

#endif /* KATO_ABI_H */
