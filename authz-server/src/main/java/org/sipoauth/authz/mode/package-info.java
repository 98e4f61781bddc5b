/** The SIP OAuth mode of the platform: switched by administrators, told to phones, followed by registrars. */
@NullMarked
package org.sipoauth.authz.mode;

import org.jspecify.annotations.NullMarked;
