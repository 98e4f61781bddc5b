/** The phones: to whom each belongs and which addresses-of-record (AORs) it may register. */
@NullMarked
package org.sipoauth.authz.device;

import org.jspecify.annotations.NullMarked;
