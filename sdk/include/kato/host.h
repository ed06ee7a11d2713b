/* What the host offers to a plugin during a call. */
#ifndef KATO_HOST_H
#define KATO_HOST_H

#include "event.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A range of bytes in a source, and the XXH3-64 (kato_host.hash) of what lies there. */
typedef struct kato_range {
  uint64_t offset_bytes;
  uint64_t length_bytes;
  uint64_t hash;
} kato_range;

/* Services of the host. One is handed to each call that needs it; it, its `context` and all that it
 * returns are valid until that call returns. No function here may be called from another thread or
 * kept for later. */
typedef struct kato_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* of the host */
  void* context;      /* the host's own; passed as the first argument */

  /* A line for the operational log. level: enum kato_level. No conversation text. */
  void (*log)(void* context, int32_t level, kato_str message);

  /* Says why the running call is about to return another status than KATO_OK, or what is wrong
   * with a record that was malformed. offset_bytes: where, in the source; UINT64_MAX if it has no
   * place. The message says what was found, not its text. May be called several times. */
  void (*error)(void* context, kato_status status, uint64_t offset_bytes, kato_str message);

  /* Nonzero if the plugin should stop and return KATO_CANCELLED. Cheap; ask it in long loops. */
  int32_t (*cancelled)(void* context);

  /* XXH3-64, seed 0. */
  uint64_t (*hash)(void* context, kato_bytes bytes);

  /* Hands again the bytes of a record that the instance held back (kato_saved_state.held).
   * KATO_OK: *out is set; valid until the next read_back or until the running call returns, and
   *   followed by KATO_READ_PADDING_BYTES.
   * KATO_SKIP_RECORD: the bytes are gone or differ from the hash; account for the record as
   *   ignored with the reason "lost: source-gone".
   * KATO_RETRY_LATER: they cannot be read just now; end the call before the record that needs them:
   *   with KATO_OK if something was consumed, else with KATO_RETRY_LATER. */
  kato_status (*read_back)(void* context, kato_range range, kato_bytes* out);

  /* An ability of the host by its id ("kato.live-preview/1"), or NULL. */
  const void* (*extension)(void* context, kato_str id);
} kato_host;

/* A state that an instance hands out to be opened with again. */
typedef struct kato_state_blob {
  uint32_t struct_size;
  uint32_t version; /* the plugin's own numbering of its state's form */
  kato_bytes blob;  /* at most KATO_MAX_STATE_BYTES; no conversation text */
} kato_state_blob;

/* A small file beside a source, read by the host because a plugin opens nothing itself. */
typedef struct kato_companion {
  uint32_t struct_size;
  kato_str name;    /* kato_companion_pattern.name */
  kato_str path;    /* path relative to the root */
  kato_bytes bytes; /* the whole file, at most 1 MiB; {NULL, 0} if there is none */
} kato_companion;

#ifdef __cplusplus
}
#endif

#endif /* KATO_HOST_H */
