"""How this computer is connected: cable, Wi-Fi, mobile, VPN, or from afar."""
