#pragma once
#ifdef __cplusplus
extern "C" {
#endif
const char *ct_version(void);
#ifdef __cplusplus
}
#endif
