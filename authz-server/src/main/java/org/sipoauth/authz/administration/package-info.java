/** What all endpoints of the administration API share: how they read, page, check and refuse. */
@NullMarked
package org.sipoauth.authz.administration;

import org.jspecify.annotations.NullMarked;
